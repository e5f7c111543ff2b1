"""Operations that read a target."""
