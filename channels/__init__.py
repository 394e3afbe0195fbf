"""Every door of the hotline: WeChat, telephone, website and the desks of the office."""
