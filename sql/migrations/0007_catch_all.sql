-- A domain whose unknown local parts all go to one address.

ALTER TABLE authserver.domain
    ADD COLUMN catch_all text,
    ADD CONSTRAINT domain_catch_all_valid CHECK (
        octet_length(split_part(catch_all, '@', 1)) <= 64
        AND octet_length(split_part(catch_all, '@', 2)) <= 253
        AND catch_all ~ '^[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+(\.[^]\u0001-\u0020()<>@,;:\\".\u007f-\u009f[]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    ADD CONSTRAINT domain_redirect_or_catch_all CHECK (num_nonnulls(redirect_to, catch_all) <= 1);
COMMENT ON COLUMN authserver.domain.catch_all IS 'The address that gets the mail for local parts without an alias of their own.';
