"""AWS AppSync: GraphQL APIs and Event APIs."""
