"""What every action needs: the region's context, its row scope, batches, health."""
