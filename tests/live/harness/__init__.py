"""What the cases of tests/live stand on: a control plane on loopback, and what is measured on it."""
