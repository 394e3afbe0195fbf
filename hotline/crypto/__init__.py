"""Cryptography: keys, sealed values, fingerprints, credentials, hash chains."""
