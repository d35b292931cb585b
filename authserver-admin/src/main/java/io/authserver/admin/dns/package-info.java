/** DNS records of DKIM keys: how they are written, and whether they are published. */
@NullMarked
package io.authserver.admin.dns;

import org.jspecify.annotations.NullMarked;
