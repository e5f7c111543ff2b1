"""What each command does, as a library: a frozen request in, a frozen result out."""
