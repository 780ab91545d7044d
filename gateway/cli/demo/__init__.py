"""`shisu demo`: the whole line on one machine, from submitted events to certificates that a sealed process checks."""
