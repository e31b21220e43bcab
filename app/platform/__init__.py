"""THE GROUND: what every service of this kind needs. It knows no word of the award."""
