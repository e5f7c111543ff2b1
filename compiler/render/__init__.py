"""Values shown to people or programs: lines, Markdown, JSON documents; pure text, no console."""
