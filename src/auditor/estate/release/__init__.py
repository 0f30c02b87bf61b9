"""The example company's whole release: staging, seven phases, seven days after, and what goes wrong in it."""
