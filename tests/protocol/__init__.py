"""pygls put right: each of these fails on pygls 2.1 as it is."""
