"""Tables in (CSV, xlsx, NDJSON, the city platform's shape) → rows → events, by a mapping (导入方案); refused rows go back out."""
