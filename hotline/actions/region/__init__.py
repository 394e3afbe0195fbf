"""What every action needs: the region's context and row scope; also unit import, heartbeats and health checks."""
