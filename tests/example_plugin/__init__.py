"""A plugin that uses every hook there is: a notice board. Copy its shape, not its words."""
