/*
 * Dates: xsd:dateTime to an instant and back (proleptic Gregorian calendar).
 */

#include "scim_text.h"

#define DAY_SECONDS  86400
#define FIRST_MS  INT64_C(-62167219200000)      /* 0000-01-01T00:00:00Z */
#define LAST_MS   INT64_C(253402300799999)      /* 9999-12-31T23:59:59.999Z */

typedef struct {
    int  year, month, day, hour, minute, second;
} date_t;


/* Days since 1970-01-01.  Counts years from March, so that the leap day is
 * the last of its year, in eras of 400 years, all alike. */
static int64_t
days_from_date(int year, int month, int day)
{
    int64_t  y = month <= 2 ? year - 1 : year;
    int64_t  era = (y >= 0 ? y : y - 399) / 400;
    int64_t  year_of_era = y - era * 400;
    int64_t  month_from_march = (month + 9) % 12;
    int64_t  day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4
           - year_of_era / 100 + day_of_year - 719468;
}


static void
date_from_days(int64_t days, date_t *date)
{
    int64_t  z = days + 719468;
    int64_t  era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t  day_of_era = z - era * 146097;
    int64_t  year_of_era = (day_of_era - day_of_era / 1460
                            + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t  day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4
                                         - year_of_era / 100);
    int64_t  month_from_march = (5 * day_of_year + 2) / 153;

    date->day = (int) (day_of_year - (153 * month_from_march + 2) / 5 + 1);
    date->month = (int) ((month_from_march + 2) % 12 + 1);
    date->year = (int) (year_of_era + era * 400 + (date->month <= 2));
}


static int
days_in_month(int year, int month)
{
    static const int  days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    bool  leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}


/* Takes n digits off the front of *s. */
static bool
take_digits(scim_str_t *s, unsigned n, int *value)
{
    *value = 0;

    for ( ; n > 0; n--) {
        if (s->len == 0 || *s->data < '0' || *s->data > '9') {
            return false;
        }

        *value = *value * 10 + (*s->data - '0');
        *s = scim_str_skip(*s, 1);
    }

    return true;
}


static bool
take_char(scim_str_t *s, char c)
{
    if (s->len == 0 || *s->data != c) {
        return false;
    }

    *s = scim_str_skip(*s, 1);
    return true;
}


static bool
take_date(scim_str_t *s, date_t *d)
{
    return take_digits(s, 4, &d->year) && take_char(s, '-')
           && take_digits(s, 2, &d->month) && take_char(s, '-')
           && take_digits(s, 2, &d->day) && take_char(s, 'T')
           && take_digits(s, 2, &d->hour) && take_char(s, ':')
           && take_digits(s, 2, &d->minute) && take_char(s, ':')
           && take_digits(s, 2, &d->second);
}


/* A fraction of a second, if there is one, cut at microseconds. */
static bool
take_fraction(scim_str_t *s, int *us)
{
    int       digit;
    unsigned  n;

    *us = 0;

    if (!take_char(s, '.')) {
        return true;
    }

    for (n = 0; take_digits(s, 1, &digit); n++) {
        if (n < 6) {
            *us = *us * 10 + digit;
        }
    }

    if (n == 0) {
        return false;
    }

    for ( ; n < 6; n++) {
        *us *= 10;
    }

    return true;
}


/* "Z", "+01:00" or nothing, up to the end of s. */
static bool
take_offset(scim_str_t *s, int *seconds)
{
    int   hours, minutes;
    bool  east;

    *seconds = 0;

    if (s->len == 0) {
        return true;
    }

    if (take_char(s, 'Z')) {
        return s->len == 0;
    }

    east = take_char(s, '+');
    if (!east && !take_char(s, '-')) {
        return false;
    }

    if (!take_digits(s, 2, &hours) || !take_char(s, ':')
        || !take_digits(s, 2, &minutes) || s->len > 0
        || minutes > 59 || hours * 60 + minutes > 14 * 60)
    {
        return false;
    }

    *seconds = (hours * 60 + minutes) * (east ? 60 : -60);
    return true;
}


/* XML Schema knows 24:00:00 as the end of a day, and no leap seconds. */
static bool
date_valid(const date_t *d, int us)
{
    if (d->month < 1 || d->month > 12 || d->day < 1
        || d->day > days_in_month(d->year, d->month))
    {
        return false;
    }

    if (d->hour == 24) {
        return d->minute == 0 && d->second == 0 && us == 0;
    }

    return d->hour < 24 && d->minute < 60 && d->second < 60;
}


bool
scim_time_parse(scim_str_t s, int64_t *us)
{
    date_t   d;
    int      fraction, offset;
    int64_t  seconds;

    if (!take_date(&s, &d) || !take_fraction(&s, &fraction)
        || !take_offset(&s, &offset) || !date_valid(&d, fraction))
    {
        return false;
    }

    seconds = days_from_date(d.year, d.month, d.day) * DAY_SECONDS
              + d.hour * 3600 + d.minute * 60 + d.second - offset;
    *us = seconds * 1000000 + fraction;
    return true;
}


static char *
put_digits(char *p, unsigned n, int value)
{
    unsigned  i;

    for (i = n; i > 0; i--) {
        p[i - 1] = (char) ('0' + value % 10);
        value /= 10;
    }

    return p + n;
}


void
scim_time_format(int64_t ms, char out[SCIM_TIME_LEN + 1])
{
    int64_t   days, rest;
    date_t    d;
    char     *p = out;

    ms = ms < FIRST_MS ? FIRST_MS : ms > LAST_MS ? LAST_MS : ms;

    rest = ms % (DAY_SECONDS * 1000);
    if (rest < 0) {
        rest += DAY_SECONDS * 1000;
    }

    days = (ms - rest) / (DAY_SECONDS * 1000);
    date_from_days(days, &d);

    p = put_digits(p, 4, d.year);
    *p++ = '-';
    p = put_digits(p, 2, d.month);
    *p++ = '-';
    p = put_digits(p, 2, d.day);
    *p++ = 'T';
    p = put_digits(p, 2, (int) (rest / 3600000));
    *p++ = ':';
    p = put_digits(p, 2, (int) (rest / 60000 % 60));
    *p++ = ':';
    p = put_digits(p, 2, (int) (rest / 1000 % 60));
    *p++ = '.';
    p = put_digits(p, 3, (int) (rest % 1000));
    *p++ = 'Z';
    *p = '\0';
}
