"""The use cases: one for each thing that can be asked, under every transport."""
