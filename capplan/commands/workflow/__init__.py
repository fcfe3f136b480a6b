"""One state machine analyzed: what an execution does, costs, may cost, and how executions vary."""
