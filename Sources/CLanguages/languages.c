// The files of Words/Languages, inside the program. #embed (C23) takes a tenth of a second for what the Swift compiler needs two
// minutes for when it stands in an array literal, and whatever uses Words waits for that.
#include "languages.h"
#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

struct file {
  const char *name;
  const unsigned char *text;
};

static const struct file files[] = {
    {"web.pot", (const unsigned char[]){
#embed "../Words/Languages/web.pot" suffix(, 0)
     }},
    {"web.de.po", (const unsigned char[]){
#embed "../Words/Languages/web.de.po" suffix(, 0)
     }},
    {"web.ar.po", (const unsigned char[]){
#embed "../Words/Languages/web.ar.po" suffix(, 0)
     }},
    {"web.ja.po", (const unsigned char[]){
#embed "../Words/Languages/web.ja.po" suffix(, 0)
     }},
    {"mail.pot", (const unsigned char[]){
#embed "../Words/Languages/mail.pot" suffix(, 0)
     }},
    {"mail.de.po", (const unsigned char[]){
#embed "../Words/Languages/mail.de.po" suffix(, 0)
     }},
    {"mail.ar.po", (const unsigned char[]){
#embed "../Words/Languages/mail.ar.po" suffix(, 0)
     }},
    {"mail.ja.po", (const unsigned char[]){
#embed "../Words/Languages/mail.ja.po" suffix(, 0)
     }},
    {"mails.pot", (const unsigned char[]){
#embed "../Words/Languages/mails.pot" suffix(, 0)
     }},
    {"mails.de.po", (const unsigned char[]){
#embed "../Words/Languages/mails.de.po" suffix(, 0)
     }},
    {"mails.ar.po", (const unsigned char[]){
#embed "../Words/Languages/mails.ar.po" suffix(, 0)
     }},
    {"mails.ja.po", (const unsigned char[]){
#embed "../Words/Languages/mails.ja.po" suffix(, 0)
     }},
    {"accounts.pot", (const unsigned char[]){
#embed "../Words/Languages/accounts.pot" suffix(, 0)
     }},
    {"accounts.de.po", (const unsigned char[]){
#embed "../Words/Languages/accounts.de.po" suffix(, 0)
     }},
    {"accounts.ar.po", (const unsigned char[]){
#embed "../Words/Languages/accounts.ar.po" suffix(, 0)
     }},
    {"accounts.ja.po", (const unsigned char[]){
#embed "../Words/Languages/accounts.ja.po" suffix(, 0)
     }},
    {"billing.pot", (const unsigned char[]){
#embed "../Words/Languages/billing.pot" suffix(, 0)
     }},
    {"billing.de.po", (const unsigned char[]){
#embed "../Words/Languages/billing.de.po" suffix(, 0)
     }},
    {"billing.ar.po", (const unsigned char[]){
#embed "../Words/Languages/billing.ar.po" suffix(, 0)
     }},
    {"billing.ja.po", (const unsigned char[]){
#embed "../Words/Languages/billing.ja.po" suffix(, 0)
     }},
    {"desk.pot", (const unsigned char[]){
#embed "../Words/Languages/desk.pot" suffix(, 0)
     }},
    {"desk.de.po", (const unsigned char[]){
#embed "../Words/Languages/desk.de.po" suffix(, 0)
     }},
    {"desk.ar.po", (const unsigned char[]){
#embed "../Words/Languages/desk.ar.po" suffix(, 0)
     }},
    {"desk.ja.po", (const unsigned char[]){
#embed "../Words/Languages/desk.ja.po" suffix(, 0)
     }},
    {"own.pot", (const unsigned char[]){
#embed "../Words/Languages/own.pot" suffix(, 0)
     }},
    {"own.de.po", (const unsigned char[]){
#embed "../Words/Languages/own.de.po" suffix(, 0)
     }},
    {"own.ar.po", (const unsigned char[]){
#embed "../Words/Languages/own.ar.po" suffix(, 0)
     }},
    {"own.ja.po", (const unsigned char[]){
#embed "../Words/Languages/own.ja.po" suffix(, 0)
     }},
    {"webhooks.pot", (const unsigned char[]){
#embed "../Words/Languages/webhooks.pot" suffix(, 0)
     }},
    {"webhooks.de.po", (const unsigned char[]){
#embed "../Words/Languages/webhooks.de.po" suffix(, 0)
     }},
    {"webhooks.ar.po", (const unsigned char[]){
#embed "../Words/Languages/webhooks.ar.po" suffix(, 0)
     }},
    {"webhooks.ja.po", (const unsigned char[]){
#embed "../Words/Languages/webhooks.ja.po" suffix(, 0)
     }},
    {"incidents.pot", (const unsigned char[]){
#embed "../Words/Languages/incidents.pot" suffix(, 0)
     }},
    {"incidents.de.po", (const unsigned char[]){
#embed "../Words/Languages/incidents.de.po" suffix(, 0)
     }},
    {"incidents.ar.po", (const unsigned char[]){
#embed "../Words/Languages/incidents.ar.po" suffix(, 0)
     }},
    {"incidents.ja.po", (const unsigned char[]){
#embed "../Words/Languages/incidents.ja.po" suffix(, 0)
     }},
};

const char *amends_language_file(const char *name) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (strcmp(files[i].name, name) == 0) return (const char *)files[i].text;
  return NULL;
}
