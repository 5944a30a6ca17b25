# Test::Nginx::Socket, the part of its file format that this project's t/*.t
# use, for machines where the genuine module cannot be had (it is on CPAN, and
# in no Debian release).  The same files run under the genuine module.
#
# What is different on purpose: nginx runs with its master process and two
# workers, and every block asserts, besides what it says itself, that the error
# log holds no [alert], [crit], [emerg] or sanitizer report, that no worker
# ended by a signal and that nginx ended cleanly.
package Test::Nginx::Socket;

use v5.10.1;
use strict;
use warnings;

use Test::Base -base;
use Test::More ();
use Test::LongString ();
use JSON::PP ();
use Time::HiRes qw(sleep);
use version ();

use ScimTest::Server;
use ScimTest::Client;
use ScimTest::FakeTcp;

our @EXPORT = qw(
    run_tests repeat_each no_shuffle no_long_string no_root_location
    add_block_preprocessor add_cleanup_handler workers master_on log_level
    worker_connections server_port env_to_nginx bail_out timeout
    add_response_body_check
);

my $repeat  = 1;
my $timeout = $ENV{TEST_NGINX_TIMEOUT} || 10;
my (@preprocessors, @cleanups, @body_checks);

# Accepted for the genuine module's sake; ours does so anyway.
sub no_shuffle()       { }
sub no_long_string()   { }
sub no_root_location() { }
sub master_on()        { }

sub repeat_each { $repeat  = $_[0] if @_; $repeat }
sub timeout     { $timeout = $_[0] if @_; $timeout }
sub workers     { ScimTest::Server::set(workers => @_) }
sub log_level   { ScimTest::Server::set(log_level => @_) }
sub worker_connections { ScimTest::Server::set(worker_connections => @_) }
sub env_to_nginx { ScimTest::Server::set(env => [@_]) }
sub server_port  { ScimTest::Server::port() }
sub bail_out     { Test::More::BAIL_OUT(@_) }
sub add_block_preprocessor { push @preprocessors, $_[0] }
sub add_cleanup_handler    { push @cleanups, $_[0] }
sub add_response_body_check { push @body_checks, $_[0] }

sub run_tests {
    for my $block (Test::Base::blocks()) {
        next if skipped($block);
        for (1 .. $repeat) {
            run_block($block);
        }
    }
    $_->() for @cleanups;
}

# `skip_nginx: 2: >= 1.29.4: reason`: two tests fewer with such an nginx.
sub skipped {
    my ($block) = @_;
    my $spec = section($block, 'skip_nginx') // return 0;
    my ($tests, $op, $version, $why) =
        $spec =~ /^(\d+): ([<>]=?) (\d+\.\d+\.\d+)(?:: (.*))?$/
        or bail_out($block->name . " - skip_nginx: $spec");
    my $order = ScimTest::Server::nginx_version() cmp version->parse("v$version");
    my %is = ('<' => $order < 0, '<=' => $order <= 0,
        '>' => $order > 0, '>=' => $order >= 0);

    return 0 unless $is{$op};
  SKIP: { Test::More::skip($block->name . ' - ' . ($why // $spec), $tests) }
    return 1;
}

# A block's section as text with the environment's TEST_NGINX_… put in.
sub text {
    my ($block, $section) = @_;
    my $text = section($block, $section);
    return '' unless defined $text;
    $text =~ s/\$(TEST_NGINX_[A-Z0-9_]+)/
               $ENV{$1} \/\/ bail_out("no environment $1")/ge;
    return $text;
}

sub run_block {
    my ($block) = @_;
    my $name = $block->name;
    my ($server, $fake);

    $_->($block) for @preprocessors;

    $server = ScimTest::Server->new(
        name        => $name,
        main_config => text($block, 'main_config'),
        http_config => text($block, 'http_config'),
        config      => text($block, 'config'),
        user_files  => section($block, 'user_files'),
    );

    return check_must_die($block, $server) if defined $block->must_die;

    $fake = ScimTest::FakeTcp->start($block, text($block, 'tcp_listen'))
        if defined $block->tcp_listen;

    if (!$server->start) {
        Test::More::fail("$name - nginx starts");
        Test::More::diag($server->log);
        return;
    }

    if (defined $block->init) {
        eval $block->init;
        bail_out("$name - init: $@") if $@;
    }
    check_requests($block, $server);
    $fake->stop if $fake;
    Test::More::ok($server->stop, "$name - nginx ends cleanly");
    check_log($block, $server->log);
    check_lines($block, 'access_log', $server->access_log);
    $server->remove;
}

sub check_must_die {
    my ($block, $server) = @_;
    my $name = $block->name;
    Test::More::ok(!$server->start, "$name - nginx refuses the configuration");
    $server->stop;
    check_lines($block, 'error_log', $server->log);
    $server->remove;
}

# --- requests ---------------------------------------------------------------

# A section's value; undef, in a list too, where the block does not have it.
sub section {
    my ($block, $section) = @_;
    return scalar $block->$section;
}

# The n-th expectation of a section that holds one value or a list of them.
sub nth {
    my ($block, $section, $n) = @_;
    my $value = section($block, $section);
    return ref $value eq 'ARRAY' ? $value->[$n] : $value;
}

# A list of connections, each a list of texts to send on it.
sub connections {
    my ($block) = @_;
    return [[$block->raw_request]] if defined $block->raw_request;

    if (defined $block->pipelined_requests) {
        my @all = @{ $block->pipelined_requests };
        return [[join '', map {
            ScimTest::Client::format_request($all[$_],
                nth($block, 'more_headers', $_), $_ == $#all ? 'close' : 'keep-alive')
        } 0 .. $#all], scalar @all];
    }

    my $request = $block->request;
    return () unless defined $request;
    my @all = ref $request eq 'ARRAY' ? @$request : ($request);
    return map {
        [ScimTest::Client::format_request($all[$_],
                nth($block, 'more_headers', $_), 'close')]
    } 0 .. $#all;
}

sub check_requests {
    my ($block, $server) = @_;
    my $limit = section($block, 'timeout') // $timeout;
    my $n = 0;

    $limit = $1 / 1000 if $limit =~ /^([\d.]+)ms$/;
    $limit =~ s/s$//;

    for my $connection (connections($block)) {
        my ($bytes, $replies) = @$connection;
        my @got = ScimTest::Client::exchange($server->port, $bytes,
            count => $replies // 1, timeout => $limit,
            abort => defined $block->abort);

        sleep $block->wait if $block->wait;
        next if defined $block->abort || defined $block->ignore_response;

        for my $response (@got) {
            check_response($block, $response, $n++);
        }
        Test::More::fail($block->name . " - too few responses")
            if @got < ($replies // 1);
    }
}

sub label {
    my ($block, $n, $what) = @_;
    my $several = ref $block->request eq 'ARRAY'
        || defined $block->pipelined_requests;
    return $block->name . " - $what" . ($several ? ' (req ' . ($n) . ')' : '');
}

sub check_response {
    my ($block, $response, $n) = @_;

    if (!defined $response->{status}) {
        Test::More::fail(label($block, $n, 'a response'));
        return;
    }

    Test::More::is($response->{status}, nth($block, 'error_code', $n) // 200,
        label($block, $n, 'status code ok'))
        or Test::More::diag($response->{body});

    check_headers($block, $response, $n);
    check_body($block, $response, $n);
}

sub check_headers {
    my ($block, $response, $n) = @_;

    my $exact = nth($block, 'response_headers', $n);
    for my $line (grep { length } split /\n+/, $exact // '') {
        if ($line =~ /^!\s*(\S+)/) {
            Test::More::ok(!defined $response->{headers}{lc $1},
                label($block, $n, "no header $1"));
            next;
        }
        my ($key, $value) = split /:\s*/, $line, 2;
        Test::More::is($response->{headers}{lc $key} // '', $value,
            label($block, $n, "header $key ok"));
    }

    my $like = nth($block, 'response_headers_like', $n);
    for my $line (grep { length } split /\n+/, $like // '') {
        my ($key, $value) = split /:\s*/, $line, 2;
        Test::More::like($response->{headers}{lc $key} // '', qr/^$value$/,
            label($block, $n, "header $key like"));
    }

    my $raw = nth($block, 'raw_response_headers_like', $n);
    Test::More::like($response->{head}, qr/$raw/s,
        label($block, $n, 'raw headers like')) if defined $raw;
}

sub check_body {
    my ($block, $response, $n) = @_;
    my $body = $response->{body};
    my $want;

    if (defined($want = nth($block, 'response_body', $n))) {
        Test::LongString::is_string(sorted($block, $body), $want,
            label($block, $n, 'response body ok'));
    }

    if (defined($want = nth($block, 'response_body_like', $n))) {
        chomp $want;
        Test::More::like($body, qr/$want/s, label($block, $n, 'body like'));
    }

    if (defined($want = nth($block, 'response_body_unlike', $n))) {
        chomp $want;
        Test::More::unlike($body, qr/$want/s, label($block, $n, 'body unlike'));
    }

    $_->($block, $body, $n, 0) for @body_checks;
}

# With `response_body_json_sort`, JSON with its names in order.
sub sorted {
    my ($block, $body) = @_;
    return $body unless defined $block->response_body_json_sort;
    my $json = JSON::PP->new->canonical;
    my $text = eval { $json->encode($json->decode($body)) } // return $body;
    return "$text\n";
}

# --- the logs ---------------------------------------------------------------

sub patterns {
    my ($value) = @_;
    return () unless defined $value;
    return @$value if ref $value eq 'ARRAY';
    return ($value) if ref $value eq 'Regexp';
    return grep { length } split /\n+/, $value;
}

sub found {
    my ($log, $pattern) = @_;
    return ref $pattern eq 'Regexp' ? $log =~ $pattern
                                    : index($log, $pattern) >= 0;
}

# kind is error_log or access_log.
sub check_lines {
    my ($block, $kind, $log) = @_;
    my $name = $block->name;

    for my $pattern (patterns(section($block, $kind))) {
        Test::More::ok(found($log, $pattern), "$name - $kind has '$pattern'")
            or Test::More::diag($log);
    }
    for my $pattern (patterns(section($block, "no_$kind"))) {
        Test::More::ok(!found($log, $pattern),
            "$name - $kind lacks '$pattern'") or Test::More::diag($log);
    }
}

sub check_log {
    my ($block, $log) = @_;
    my $bad = join '', grep {
        /\[(?:alert|crit|emerg)\]|Sanitizer|exited on signal|runtime error:/
    } split /^/, $log;

    check_lines($block, 'error_log', $log);
    Test::More::is($bad, '', $block->name . ' - the error log is quiet')
        or Test::More::diag($log);
}

1;
