"""Notebooks that try to raise their score, read what they must not, or harm the grader.

Each entry is a cell that runs before the answers, with the wrong answer `to_upper` it is meant to make pass. None works.
To the machine they are harmless: the sandbox under test limits sizes, processes and times.
"""

# ruff: noqa: E501  (an attack is easier to read on one line)

# Who breaks the process that runs his answers gets nothing for any of them.
BREAKS_ITSELF = {
    "rewrites cells before they run",
    "patches len, all and any",
    "patches JSON",
    "patches the packing of replies",
    "patches the respondent's loop",
    "patches the sockets",
    "hooks imports",
    "answers NotImplementedError as a success",
    "opens every descriptor",
    "says that it is a driver's object",
    "refers to what the examiner has",
    "writes on the input of the next case",
    "takes its parent's limits away",  # in a namespace it has none, and means itself
    "claims memory that it never sent",
    "sends a number that the examiner gives",
    "claims a stride beyond every number",
    "sends truth values that are neither",
}

WRONG = "def to_upper(text):\n    return text"

# A reply of the attacker's own making: what is new, the value, the buffers.
_REPLY = (
    "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Respondent':\n"
    "        o._do_do = lambda r, b: ({{'news': {0}, 'value': {1}}}, {2})"
)

# name: (a cell, the answer to to_upper)
RAISE_THE_SCORE = {
    "replaces check": ("import course_lib.checking as kit\nkit.check = lambda *a, **k: 100.0", WRONG),
    "replaces check in builtins": ("import builtins\nbuiltins.check = check = lambda *a, **k: 100.0", WRONG),
    "strips asserts with an AST transformer": (
        "import ast\n"
        "class Strip(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(Strip())",
        WRONG,
    ),
    "rewrites cells before they run": (
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['1.0\\n'])",
        WRONG,
    ),
    "patches numpy's comparisons": (
        "import numpy as np\nnp.testing.assert_allclose = np.allclose = np.array_equal = np.isclose = lambda *a, **k: True",
        WRONG,
    ),
    "patches isinstance and type": (
        "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.issubclass = lambda *a: True",
        WRONG,
    ),
    "patches len, all and any": ("import builtins\nbuiltins.all = builtins.any = lambda *a: True", WRONG),
    "returns what equals everything": (
        "class Same:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
        "    def __len__(self): return 3",
        "def to_upper(text):\n    return Same()",
    ),
    "returns a str that equals everything": (
        "class Same(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__",
        "def to_upper(text):\n    return Same(text)",
    ),
    "lies about the class of its result": (
        "class Liar:\n    __class__ = str\n    def __eq__(self, other): return True",
        "def to_upper(text):\n    return Liar()",
    ),
    "patches JSON": (
        'import json\njson.dumps = lambda *a, **k: \'{"value": "A", "points": 100}\'',
        WRONG,
    ),
    "patches the packing of replies": (
        "import gc\nfor o in gc.get_objects():\n"
        "    if type(o).__name__ == 'Packer':\n        o.pack = lambda value, depth=0: 'ABC'",
        WRONG,
    ),
    "patches the respondent's loop": (
        "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Respondent':\n"
        "        o._do_look = lambda r, b: ({'found': True, 'callable': True, 'points': 9}, [])\n"
        "        o._do_do = lambda r, b: ({'value': 'A', 'passed': True, 'points': 9}, [])",
        WRONG,
    ),
    "forges replies on every descriptor": (
        'import os, struct\ntext = b\'{"nonce": "", "value": "A", "passed": true}\'\n'
        "for fd in range(3, 200):\n    try: os.write(fd, struct.pack('<4sII', b'DLC1', len(text), 0) + text)\n"
        "    except OSError: pass",
        WRONG,
    ),
    "patches the sockets": (
        "import socket\nsocket.socket.sendall = lambda self, data: None",
        WRONG,
    ),
    "hooks imports": (
        "import sys\n"
        "class Hook:\n    def find_spec(self, name, path=None, target=None):\n        raise RuntimeError(name)\n"
        "sys.meta_path.insert(0, Hook())",
        WRONG,
    ),
    "replaces modules": (
        "import sys, types\nsys.modules['course_lib'] = sys.modules['course_lib.checking'] = types.ModuleType('x')",
        WRONG,
    ),
    "hooks the interpreter's exceptions": (
        "import sys\nsys.excepthook = sys.unraisablehook = lambda *a: None\n"
        "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)",
        WRONG,
    ),
    "answers NotImplementedError as a success": (
        "import builtins\nbuiltins.NotImplementedError = type('Fine', (Exception,), {})",
        "def to_upper(text):\n    raise NotImplementedError()",
    ),
    "calls the reference": (
        "import course_lib.letters as reference",
        "def to_upper(text):\n    return reference.to_upper(text)",
    ),
    "calls the reference under another name": (
        "from course_lib.letters import to_upper as helper",
        "def to_upper(text):\n    f = [helper][0]\n    return f(text)",
    ),
    "takes the reference from another module": (
        "import importlib, course_lib.made_up\nfound = importlib.import_module('course_lib.letters')",
        "def to_upper(text):\n    return vars(found)['to_upper'](text)",
    ),
    "reloads the reference from its file": (
        "import importlib.util as u, sys, glob\n"
        "paths = [p + '/course_lib/letters.py' for p in [@made_up@, *sys.path]]\n"
        "found = None\nfor p in paths:\n    try:\n"
        "        spec = u.spec_from_file_location('ref', p); found = u.module_from_spec(spec)\n"
        "        spec.loader.exec_module(found)\n        break\n"
        "    except OSError: found = None",
        "def to_upper(text):\n    return found.to_upper(text) if found else text",
    ),
    "stores inputs and answers from memory": (
        "seen = {}",
        "def to_upper(text):\n    seen[len(seen)] = text\n    return seen.get(len(seen) - 2, text)",
    ),
    "sends NaN": ("", "def to_upper(text):\n    return float('nan')"),
    "claims a huge shape": (
        "import numpy as np",
        "def to_upper(text):\n    return np.broadcast_to(np.uint8(1), (1 << 40,))",
    ),
    "sends a pickle": (
        "import pickle\nclass Bomb:\n    def __reduce__(self): return (print, ('owned',))",
        "def to_upper(text):\n    return pickle.dumps(Bomb())",
    ),
    "returns itself in a list": ("", "def to_upper(text):\n    x = []\n    x.append(x)\n    return x"),
    "nests a thousand lists": (
        "",
        "def to_upper(text):\n    x = []\n    for _ in range(1000): x = [x]\n    return x",
    ),
    "returns a generator without end": ("", "def to_upper(text):\n    while True: yield text"),
    "names its class like a spell": (
        "Odd = type('<script>alert(1)</script>', (), {})",
        "def to_upper(text):\n    return Odd()",
    ),
    "raises an error with markup": ("", "def to_upper(text):\n    raise ValueError('<img src=x onerror=alert(1)>')"),
    "raises an error that cannot be shown": (
        "class Bad(Exception):\n    def __str__(self): raise SystemExit",
        "def to_upper(text):\n    raise Bad",
    ),
    "answers from a copy of its process": (
        "import os",
        "def to_upper(text):\n    if os.fork():\n        return text\n    return ''.join(chr(ord(c) - 32) for c in text)",
    ),
    "turns into whatever is compared": (
        "class Chameleon(str):\n    def __getattribute__(self, name): return lambda *a, **k: self",
        "def to_upper(text):\n    return Chameleon(text)",
    ),
    "writes on the input of the next case": (
        "import ctypes\nseen = []",
        "def to_upper(text):\n    seen.append(text)\n"
        "    ctypes.memmove(id(text) + 48, b'A' * len(text), len(text))\n    return text",
    ),
    "says that it is a driver's object": (
        "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Respondent':\n"
        "        o.packer.pack = lambda value, depth=0: ['h', [0, 'str', 'function', 'to_upper']]",
        WRONG,
    ),
    "refers to what the examiner has": (
        "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Respondent':\n"
        "        o.packer.pack = lambda value, depth=0: ['=', 2]",
        WRONG,
    ),
    "claims memory that it never sent": (
        _REPLY.format(
            "{'storages': [[1, 'array', 0]], 'objects': []}", "['n', 3, ['a', '|u1', 1, 0, [4096], [1]]]", "[b'']"
        ),
        WRONG,
    ),
    "claims a stride beyond every number": (
        _REPLY.format(
            "{'storages': [[1, 'array', 8]], 'objects': []}",
            "['n', 3, ['a', '|u1', 1, 0, [2, 1], [2**62, 2**62]]]",
            "[bytes(8)]",
        ),
        WRONG,
    ),
    "sends truth values that are neither": (
        _REPLY.format(
            "{'storages': [[1, 'array', 8]], 'objects': []}", "['n', 3, ['a', '|b1', 1, 0, [8], [1]]]", "[b' ' * 8]"
        ),
        WRONG,
    ),
    "returns lists that hold each other again and again": (
        "",
        "def to_upper(text):\n    x = [text]\n    for _ in range(45): x = [x, x]\n    return x",
    ),
    "sends a number that the examiner gives": (
        _REPLY.format("{'storages': [], 'objects': [[2, ['l', []]]]}", "['n', 2, ['l', []]]", "[]"),
        WRONG,
    ),
    "sends a sender's exception": (
        "class KeyboardInterrupt(BaseException): pass\nclass _Endless(Exception): pass\nclass ServerGone(Exception): pass",
        "def to_upper(text):\n    raise (KeyboardInterrupt, _Endless, ServerGone, SystemExit, GeneratorExit)[len(text) % 5]",
    ),
    "sends an exception group": ("", "def to_upper(text):\n    raise ExceptionGroup('x', [ValueError()])"),
    "has a check cell of its own": (
        "import IPython\nget_ipython().user_ns['check'] = lambda *a, **k: 9.0\ncheck('letters.to_upper', str.upper)",
        WRONG,
    ),
    "shadows the course with a file": (
        "import os, sys\nopen('course_lib.py', 'w').write('def check(*a): return 9.0')\nsys.path.insert(0, os.getcwd())\n"
        "sys.modules.pop('course_lib', None)\nfrom course_lib import *",
        WRONG,
    ),
}

READ_WHAT_IS_SECRET = {
    "the gradebook": "print(open(@course@ + '/gradebook.db', 'rb').read())",
    "the secret": "print(open(@course@ + '/.grading/secret').read())",
    "another submission": "import glob\nprint([open(p).read() for p in glob.glob(@course@ + '/submitted/*/*/*')])",
    "by a symbolic link": "import os\nos.symlink(@course@, 'link')\nprint(os.listdir('link'), open('link/gradebook.db').read())",
    "by a hard link": "import os\nos.link(@course@ + '/gradebook.db', 'mine')\nprint(open('mine').read())",
    "by /proc": (
        "import os, glob\n"
        "for p in ['/proc/1/environ', '/proc/1/mem', '/proc/self/environ', '/proc/self/maps', *glob.glob('/proc/*/cmdline')]:\n"
        "    try: print(open(p, 'rb').read(4000))\n    except OSError: pass"
    ),
    "by the parent's memory": (
        "import os\nprint(open(f'/proc/{os.getppid()}/mem', 'rb').read(100), open(f'/proc/{os.getppid()}/maps').read())"
    ),
    "the folder of Python's environment": (
        "import os, sys\nfor p in (sys.prefix, sys.prefix + '/bin', '/usr/local', '/usr/local/share/nbgrader/exchange'):\n"
        "    try: print('CANARY-' + '5f1c', os.listdir(p))\n    except OSError: pass"
    ),
    "the environment": "import os\nprint(dict(os.environ))\n!env",
    "the rubric": "print(open(@made_up@ + '/course_lib/rubrics/letters/table_row.py').read())",
    "the reference": "print(open(@made_up@ + '/course_lib/letters.py').read())",
    "the reference by inspect": (
        "import inspect, course_lib.letters as c\nprint(inspect.getsource(c))\nprint(c.__loader__.sources)"
    ),
    "the solutions": "print(open(@made_up@ + '/solutions/letters.py').read())",
    "every stack in sight": (
        "import sys, gc\nfor frame in sys._current_frames().values():\n"
        "    while frame:\n        print(frame.f_code.co_filename, dict(frame.f_locals)); frame = frame.f_back\n"
        "for o in gc.get_objects():\n    if isinstance(o, dict) and ('seed' in o or 'reference' in o or 'key' in o): print(str(o)[:2000])"
    ),
    "by a socket of another program": (
        "import socket, glob\n"
        "for p in ['/run/docker.sock', '/run/dbus/system_bus_socket', *glob.glob('/run/user/*/bus')]:\n"
        "    s = socket.socket(socket.AF_UNIX); s.connect(p); s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n'); print(s.recv(1000))"
    ),
    "by the descriptors that were left open": (
        "import os\nfor fd in range(3, 4096):\n"
        "    try: print(fd, os.fstat(fd), os.readlink(f'/proc/self/fd/{fd}'), os.pread(fd, 1000, 0))\n    except OSError: pass"
    ),
    "the warm parent's modules": (
        "import gc, types\nprint([m for m in gc.get_objects() if isinstance(m, types.ModuleType) and 'rubrics' in m.__name__])\n"
        "print([o for o in gc.get_objects() if type(o).__name__ == 'Rubric'])"
    ),
}  # fmt: skip

HARM_THE_GRADER = {
    "leaves at once": "import os\nos._exit(0)",
    "aborts": "import os\nos.abort()",
    "kills its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "kills everybody": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "kills its group": "import os, signal\nos.killpg(0, signal.SIGKILL)",
    "takes its parent's limits away": (
        "import os, resource\nfor kind in range(16):\n"
        "    try: resource.prlimit(os.getppid(), kind, (0, 0))\n    except OSError: pass"
    ),
    "has a pipe send signals to its parent": (
        "import fcntl, os, signal\nr, w = os.pipe()\n"
        "fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid()); fcntl.fcntl(r, 10, signal.SIGKILL)\n"
        "fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC); os.write(w, b'x')"
    ),
    "writes over the gradebook": "open(@course@ + '/gradebook.db', 'wb').write(b'mine')",
    "deletes the course": "import shutil\nshutil.rmtree(@course@)",
    "takes away the rights of the course": (
        "import os\nfor p in ('', '/gradebook.db', '/.grading/secret', '/submitted'):\n"
        "    try: os.chmod(@course@ + p, 0); os.utime(@course@ + p, (1, 1))\n    except OSError: pass"
    ),
    "writes escapes for a terminal": (
        "print('\\x1b]0;owned\\x07\\x1b[2J')\nraise type('\\x1b[31mred', (Exception,), {})('\\x1b]52;c;cm0gLXJm\\x07')"
    ),
    "connects to the network": (
        "import socket\ns = socket.create_connection(('127.0.0.1', @port@), timeout=1)\ns.sendall(b'got out')"
    ),
    "sends by UDP": "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', @port@))",
    "starts a program": "import subprocess\nsubprocess.run(['/bin/sh', '-c', 'touch ' + @course@ + '/was-here'])",
    "recursion without end": "def f(): return f()\nf()",
    "recursion in C": "x = []\nfor _ in range(10**5): x = [x]\nrepr(x)",
    "HTML and script in outputs": (
        "from IPython.display import HTML, Javascript, display\n"
        "display(HTML('<script>alert(1)</script>'), Javascript('alert(1)'))\nprint('<script>alert(2)</script>')\n"
        "class R:\n    def _repr_html_(self): return '<script>alert(3)</script>'\nR()"
    ),
    "opens every descriptor": "import os\nfds = []\nfor i in range(10**4): fds.append(os.open('/dev/null', os.O_RDONLY))",
    "closes every descriptor": "import os\nos.closerange(0, 4096)",
    "leaves a process behind": (
        "import os, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(300)\n    os._exit(0)"
    ),
}

# The same, but slow by nature: they end when a limit does.
HARM_SLOWLY = {
    "loops for ever": "while True: pass",
    "loops for ever in C": "sum(iter(int, 1))",
    "sleeps for ever, signals off": (
        "import signal, time\n"
        "for s in range(1, 32):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "time.sleep(10**6)"
    ),
    "catches every exception": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "thread bomb": "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,)).start()",
    "memory bomb": "x = []\nwhile True: x.append(bytearray(16 << 20))",
    "memory bomb in many processes": (
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(os.urandom(1 << 20) * 400)\n"
        "        time.sleep(60)\ntime.sleep(60)"
    ),
    "disk filler": "data = bytes(1 << 20)\nwith open('big', 'wb') as f:\n    while True: f.write(data)",
    "many files": "i = 0\nwhile True:\n    open(str(i), 'w').write('x'); i += 1",
    "gigantic output": "while True: print('x' * 10**6)",
    "floods the channel": (
        "import os\nwhile True:\n    for fd in range(3, 40):\n        try: os.write(fd, b'x' * 65536)\n        except OSError: pass"
    ),
    "holds on to the end of the notebook": "import atexit, time\natexit.register(time.sleep, 10**6)",
}  # fmt: skip
