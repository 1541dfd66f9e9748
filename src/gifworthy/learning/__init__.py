"""The workshop: makes weights and judges them. Nothing in the making of a cover imports it."""
