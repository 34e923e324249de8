"""VTXOs of bark, the other family: decoded, judged, encoded (spec/bark.md section 2)."""
