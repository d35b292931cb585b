-- Which domains lead to a domain: asked at each submission, for the addresses of who logged in.

CREATE INDEX domain_redirect_to ON authserver.domain (redirect_to) WHERE redirect_to IS NOT NULL;
