"""From a checked scenario to its plan, one stage a file: demand, meter, price, limits, findings, remarks, plan."""
