"""THE YEAR: from the call for applications to the award, one package per step."""
