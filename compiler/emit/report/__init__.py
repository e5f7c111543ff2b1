"""The model card, `report.html`."""
