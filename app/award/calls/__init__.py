"""The call of a cycle (启动通知): published with its downloads, corrected by a new edition only."""
