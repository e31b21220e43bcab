"""The scores: sheets (评分表), disagreements, consensus and scorebooks (合议评分册)."""
