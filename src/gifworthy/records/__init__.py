"""What must be remembered: viewers' histories. The only room that knows the database library."""
