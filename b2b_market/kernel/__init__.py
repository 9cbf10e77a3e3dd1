"""Values and rules that know no framework: standard library only."""
