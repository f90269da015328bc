"""The knowledge: articles from a Markdown file to the safe HTML that each reader gets."""
