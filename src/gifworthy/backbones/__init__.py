"""What is in each piece? Each part on this shelf turns clips into feature vectors."""

from gifworthy.protocols import Backbone
from gifworthy.registry import Registry

BACKBONES: Registry[type[Backbone]] = Registry(
    "backbone",
    {"pixels": "gifworthy.backbones.pixels:Pixels"},
)
