"""No memory at any point of any request: nobody else notices, and the light is as it should be."""
