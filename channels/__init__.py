"""The channels (doors) of the hotline: WeChat, phone, website and the desk of the staff."""
