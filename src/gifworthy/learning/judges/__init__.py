"""How each kind of benchmark judges scores by people's labels."""
