"""Operations that write to a target."""
