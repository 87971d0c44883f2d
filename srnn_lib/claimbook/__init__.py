"""What makes chapters a book: claims with criteria, judgement, running, provenance, and the pages made from them.

Nothing here knows of nets: another book can take this folder, `checks` and `saving` as they are.
"""

from srnn_lib.claimbook import estimates, rounding
from srnn_lib.claimbook.estimates import Estimate
from srnn_lib.claimbook.judge import Judge

__all__ = ["Estimate", "Judge", "estimates", "rounding"]
