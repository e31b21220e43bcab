"""The service under a government quality award, from the call to the certificate and after."""
