"""Values shown to people or programs: lines, Markdown, and JSON documents; pure text, no console."""
