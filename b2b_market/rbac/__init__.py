"""Who may do what where: roles, Casbin policy, actors and scopes, operations, and the edge that builds them."""
