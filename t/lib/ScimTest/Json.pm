# Compares a response with what a block's `json` section expects of it.
package ScimTest::Json;

use v5.10.1;
use strict;
use warnings;

use JSON::PP ();

my $codec = JSON::PP->new->canonical->allow_nonref;
my $error_schema = 'urn:ietf:params:scim:api:messages:2.0:Error';

# What is wrong, as text; empty if nothing is.
#
# expected is JSON, of which the response may have more members than are named,
# but no more elements of an array.  A string in it may be "<any>", "<absent>"
# or "/regular expression/".  Or it is one of
#
#     none                             no body
#     any                              anything
#     error STATUS [scimType] /detail/ a SCIM error
sub differs {
    my ($expected, $body) = @_;

    return '' if $expected eq 'any';
    return length $body ? "a body: $body" : '' if $expected eq 'none';

    my $want = $expected =~ /^error\b/ ? error($expected)
                                       : $codec->decode($expected);
    my $got = eval { $codec->decode($body) };
    return "no JSON: $body" if $@;
    return compare($want, $got, '');
}

sub error {
    my ($expected) = @_;
    my ($status, $type, $detail) =
        $expected =~ m{^error (\d+)(?: (\w+))?(?: (/.*/))?$}
        or die "not understood: $expected";
    return {
        schemas => [$error_schema],
        status => $status,
        scimType => $type // '<absent>',
        detail => $detail // '<any>',
    };
}

sub compare {
    my ($want, $got, $path) = @_;

    return compare_object($want, $got, $path) if ref $want eq 'HASH';
    return compare_array($want, $got, $path) if ref $want eq 'ARRAY';

    return '' if !ref $want && defined $want && $want eq '<any>';
    if (!ref $want && defined $want && $want =~ m{^/(.*)/$}s) {
        return !ref $got && defined $got && $got =~ /$1/ ? ''
            : "$path: " . text($got) . " is not like $want\n";
    }
    return text($want) eq text($got) ? ''
        : "$path: " . text($got) . ', not ' . text($want) . "\n";
}

sub text { return $codec->encode($_[0]) }

sub compare_object {
    my ($want, $got, $path) = @_;
    return "$path: " . text($got) . " is no object\n" if ref $got ne 'HASH';

    return join '', map {
        my $value = $want->{$_};
        my $absent = !ref $value && defined $value && $value eq '<absent>';
        !exists $got->{$_} ? $absent ? '' : "$path.$_: is not there\n"
            : $absent ? "$path.$_: is there: " . text($got->{$_}) . "\n"
            : compare($value, $got->{$_}, "$path.$_");
    } sort keys %$want;
}

sub compare_array {
    my ($want, $got, $path) = @_;
    return "$path: " . text($got) . " is no array\n" if ref $got ne 'ARRAY';
    return "$path: " . @$got . ' elements, not ' . @$want . ': '
        . text($got) . "\n" if @$got != @$want;

    return join '', map { compare($want->[$_], $got->[$_], "$path\[$_]") }
        0 .. $#$want;
}

1;
