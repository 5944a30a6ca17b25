# What the tests of this project add to Test::Nginx; `use` it after
# Test::Nginx::Socket, this project's or the genuine one.
#
# Each block begins with an emptied private Redis that holds the tenant `acme`
# with the tokens below, and `off`, a tenant that is switched off, and with
#
#     --- scim_users      lines of an id and a userName, or JSON
#     --- scim_groups     lines "id displayName" or "id displayName = id id …"
#     --- redis           commands, one a line, after everything else; when
#                         nginx is there already: --- init: Scim::redis("…")
#     --- scim_keep       nothing of all this: what the last block has left
#     --- scim_keys       asserts before the block which keys there are
#
# $TOKEN, $READ_TOKEN, $EXPIRED_TOKEN and $OFF_TOKEN stand for tokens in
# `more_headers`.  A block without `http_config`, `config` or `more_headers` has
# $::HttpConfig, $::Config and $::Auth; $::Admin is $::Config with the admin API
# at /admin/.  In a configuration $TEST_NGINX_REDIS and $TEST_NGINX_REDIS_TCP
# are the addresses of Redis, and $TEST_NGINX_FAKE_REDIS is a socket for
# `tcp_listen`, or for
#
#     --- fake_redis      what it answers each command with
#
# Another client, which goes away while Redis holds back what its request
# writes: --- init: Scim::leave("METHOD /path\nbody")
#
# A block may have several requests, and what is expected of each, apart by an
# empty line; statuses are apart by spaces.  What is given once holds for all.
#
#     --- json            what is expected of the body: ScimTest::Json
package Scim;

use v5.10.1;
use strict;
use warnings;

use Compress::Zlib ();
use IO::Socket::INET;
use JSON::PP ();
use Math::BigInt;
use Test::More ();
use Time::HiRes qw(sleep time);

use ScimTest::Client;
use ScimTest::FakeRedis;
use ScimTest::Json;
use ScimTest::Redis;

my ($redis, $fake);
my %token;

# "scim_", 43 base62 digits, 6 of the CRC-32 of what is before them.
sub token {
    my ($seed) = @_;
    my $text = 'scim_' . substr "$seed" . ('0' x 43), 0, 43;
    return $text . base62(Compress::Zlib::crc32($text), 6);
}

sub base62 {
    my ($number, $length) = @_;
    my @digits = ('0' .. '9', 'A' .. 'Z', 'a' .. 'z');
    my $text = '';
    while ($length--) {
        $text = $digits[$number % 62] . $text;
        $number = int($number / 62);
    }
    return $text;
}

BEGIN {
    %token = map { $_ => token($_ =~ s/_//r) }
        qw(TOKEN READ_TOKEN EXPIRED_TOKEN OFF_TOKEN UNKNOWN_TOKEN);
}

# Where Redis is and what a location needs of http{}.
our $HttpConfig = <<'_EOC_';
    scim_redis $TEST_NGINX_REDIS;
_EOC_

# SCIM behind the gate of tokens, every error of nginx' in SCIM's form.  Where
# nginx has no URI yet, it cannot go on at a named location.
our $Location = <<'_EOC_';
    location = /_token { internal; scim_token; }
    location = /_error { internal; scim_error; }
    location @scim_error { scim_error; }
    error_page 400 414 494 /_error;
    error_page 401 403 404 405 408 411 412 413 415 416 429
               500 501 502 503 504 505 507 @scim_error;
_EOC_

our $Config = <<"_EOC_";
    location /scim/v2/ {
        scim;
        auth_request /_token;
    }
$Location
_EOC_

# The same with the admin API.
our $Admin = <<"_EOC_";
    location /admin/ { scim_admin; }
$Config
_EOC_

our $Auth = <<"_EOC_";
Authorization: Bearer $token{TOKEN}
Content-Type: application/scim+json
_EOC_

sub import {
    $redis = ScimTest::Redis->new;
    $ENV{TEST_NGINX_REDIS} = "unix:$redis->{socket}";
    $ENV{TEST_NGINX_REDIS_TCP} = "127.0.0.1:$redis->{port}";
    $ENV{TEST_NGINX_FAKE_REDIS} = "$redis->{dir}/fake.sock";
    $ENV{TEST_NGINX_FAKE_GATEWAY} = "$redis->{dir}/gateway.sock";
    $ENV{TEST_NGINX_HTTP2} = "$redis->{dir}/http2.sock";

    ($main::HttpConfig, $main::Location, $main::Config, $main::Admin,
        $main::Auth) = ($HttpConfig, $Location, $Config, $Admin, $Auth);

    main::no_shuffle();
    main::no_long_string();
    main::no_root_location();
    main::master_on();
    main::workers(2);
    main::log_level('info');
    main::add_block_preprocessor(\&prepare);
    main::add_response_body_check(\&check_json);
}

END { $_->stop for grep { $_ } $fake, $redis }

# Commands for `--- init`, when nginx is there.
sub redis { $redis->command(split ' ') for @_ }

# Redis goes on half a second after the client has gone.
sub leave {
    my ($request, $headers) = @_;
    my $deadline = time + 20;

    redis('CLIENT PAUSE 60000 WRITE');
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => main::server_port()) or die "nginx: $!";
    print {$socket} ScimTest::Client::format_request($request,
        $headers // $Auth, 'close');
    $socket->flush;

    until (held()) {
        die 'Redis holds nothing' if time > $deadline;
        sleep 0.01;
    }
    # What was sent along with it is on its way.
    sleep 0.1;
    close $socket;
    redis('MULTI', 'CLIENT UNPAUSE', 'CLIENT PAUSE 500 WRITE', 'EXEC');
}

sub held { $redis->command(qw(CLIENT LIST)) =~ /name=nginx-scim.* flags=b/ }

# --- before a block -----------------------------------------------------------

sub prepare {
    my ($block) = @_;

    preset($block, http_config => $HttpConfig);
    preset($block, config => $Config);
    preset($block, more_headers => $Auth)
        unless defined $block->raw_request;
    several($block);
    tokens($block);

    seed($block) unless defined $block->scim_keep;
    check_keys($block) if defined $block->scim_keys;
    redis(lines(scalar $block->redis));

    $fake->stop if $fake;
    $fake = defined $block->fake_redis && ScimTest::FakeRedis->start(
        $ENV{TEST_NGINX_FAKE_REDIS}, $block->fake_redis);
}

sub preset {
    my ($block, $section, $value) = @_;
    $block->set_value($section, $value) unless defined $block->$section;
}

# Test::Nginx wants an array where there are several requests.
sub several {
    my ($block) = @_;
    my $request = $block->request;

    if (defined $request && !ref $request) {
        my @all = paragraphs($request);
        return if @all < 2;
        $block->set_value(request => \@all);
        $request = \@all;
    }
    return unless ref $request eq 'ARRAY' && @$request > 1;

    if (defined $block->error_code && !ref $block->error_code) {
        spread($block, 'error_code', scalar @$request,
            split ' ', $block->error_code);
    }
    for my $section (qw(more_headers response_headers response_headers_like
        raw_response_headers_like response_body response_body_like
        response_body_unlike))
    {
        next if !defined $block->$section || ref $block->$section;
        # A pattern that ends in `$` has no line end after it.
        my $text = $block->$section;
        chomp $text if $section =~ /like$/;
        spread($block, $section, scalar @$request, paragraphs($text));
    }
}

sub paragraphs { return grep { /\S/ } split /\n\s*\n/, $_[0] }

sub spread {
    my ($block, $section, $n, @values) = @_;
    @values = ($values[0] // '') x $n if @values < 2;
    die $block->name . ": $section has " . @values . " of $n" if @values != $n;
    $block->set_value($section, \@values);
}

sub tokens {
    my ($block) = @_;
    for my $section (qw(more_headers raw_request)) {
        my $value = $block->$section // next;
        for (ref $value ? @$value : $value) {
            s/\$([A-Z_]*TOKEN)\b/$token{$1}/g;
            # How to say that there are no headers.
            s/^none$//;
        }
        $block->set_value($section, $value);
    }
}

sub lines { return grep { /\S/ } split /\n/, $_[0] // '' }

sub seed {
    my ($block) = @_;

    $redis->reset;
    $redis->tenant('acme', 1);
    $redis->tenant('off', 0);
    $redis->token(acme => $token{TOKEN}, id => 'tokenacme0000001');
    $redis->token(acme => $token{READ_TOKEN}, id => 'tokenread0000001',
        scope => 'read');
    $redis->token(acme => $token{EXPIRED_TOKEN}, id => 'tokenold00000001',
        expires => 1767225600001);
    $redis->token(off => $token{OFF_TOKEN}, id => 'tokenoff00000001');

    for my $line (lines(scalar $block->scim_users)) {
        my ($id, $rest) = split ' ', $line, 2;
        $redis->user('acme', $id, attributes($rest, 'userName'));
    }
    for my $line (lines(scalar $block->scim_groups)) {
        my ($id, $rest) = split ' ', $line, 2;
        my ($name, $members) = split /\s+=\s*/, $rest, 2;
        $redis->group('acme', $id, attributes($name, 'displayName'),
            split ' ', $members // '');
    }
}

sub attributes {
    my ($text, $name) = @_;
    return JSON::PP::decode_json($text) if $text =~ /^\{/;
    return { $name => $text };
}

# A line is a key, with a pattern between slashes.
sub check_keys {
    my ($block) = @_;
    my $pattern = join '\n', map {
        my ($before, $middle, $after) = m{^(.*?)(?:/(.*)/(.*))?$};
        "\Q$before\E" . ($middle // '') . quotemeta($after // '');
    } lines(scalar $block->scim_keys);
    Test::More::like(join("\n", sort @{ $redis->command('KEYS', '*') }),
        qr/^$pattern$/, $block->name . ' - keys as expected');
}

# --- after a response ---------------------------------------------------------

sub check_json {
    my ($block, $body, $n) = @_;
    my $expected = $block->json // return;
    my @all = paragraphs($expected);
    my $one = @all > 1 ? $all[$n] : $all[0];

    $one =~ s/^\s+|\s+$//g;
    my $wrong = ScimTest::Json::differs($one, $body // '');
    Test::More::is($wrong, '', $block->name . " - JSON as expected ($n)")
        or Test::More::diag($body);
}

1;
