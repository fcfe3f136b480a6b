"""Whatever comes from outside is read here, within limits and with positions. It never interprets the scenario."""
