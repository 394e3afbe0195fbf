"""What pages share: rendering, navigation, view models of tickets and deadlines."""
