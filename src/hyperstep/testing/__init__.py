"""Contract test classes and fakes, for our own implementations and for yours. Imported by nothing in the product."""
