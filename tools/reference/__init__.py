"""The pages of docs/reference that are made of the program and of the policy pack's METADATA."""
