"""From pictures to a network that restores them: pairs, losses, steps, checkpoints, an exported model."""
