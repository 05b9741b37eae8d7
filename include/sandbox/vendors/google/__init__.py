"""What Google's APIs share: logins, access tokens, error bodies. Not a vendor of its own."""
