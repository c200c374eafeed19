// SPDX-License-Identifier: Apache-2.0
/*
 * h2load has no option for a client certificate. Preloaded into it, this gives every TLS context
 * the certificate and key whose files BENCH_CERTIFICATE and BENCH_KEY name. No header of OpenSSL
 * is needed to build it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int SSL_CTX_use_certificate_chain_file(void *context, const char *file);
int SSL_CTX_use_PrivateKey_file(void *context, const char *file, int type);

void *SSL_CTX_new(const void *method) {
  void *(*original)(const void *) = (void *(*)(const void *))dlsym(RTLD_NEXT, "SSL_CTX_new");
  void *context = original(method);
  const char *certificate = getenv("BENCH_CERTIFICATE");
  const char *key = getenv("BENCH_KEY");
  if (context == NULL || certificate == NULL || key == NULL) {
    return context;
  }
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1
      || SSL_CTX_use_PrivateKey_file(context, key, 1) != 1) {
    fprintf(stderr, "cannot use the client certificate\n");
    exit(2);
  }
  return context;
}
