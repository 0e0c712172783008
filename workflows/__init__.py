"""WAITS: order, time, retries, compensation. A workflow reaches the world only through activities."""
