"""Formulas: forty of the kind that chapters have, and what each bar in a formula is."""

import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest

from course_lib.publishing.website.mathml import FormulaError, to_mathml
from course_lib.publishing.website.mathml_tidy import NAMESPACE

SEEN = {"prefix": "⟨", "postfix": "⟩", "infix": "∣"}
BARS = [
    (r"p(x|y)", "p(x∣y)"),
    (r"D(p \Vert q)", "D(p‖q)"),
    (r"D(p \| q)", "D(p‖q)"),
    (r"P(A|B, |C|)", "P(A∣B,⟨C⟩)"),
    (r"P(|A| | B)", "P(⟨A⟩∣B)"),
    (r"|x|", "⟨x⟩"),
    (r"2|x|", "2⟨x⟩"),
    (r"|-x|", "⟨−x⟩"),
    (r"|a| + |b|", "⟨a⟩+⟨b⟩"),
    (r"|a||b|", "⟨a⟩⟨b⟩"),
    (r"\|x\|_2^2", "«x»22"),
    (r"\|x - y\| \le \|x\| + \|y\|", "«x−y»≤«x»+«y»"),
    (r"\left|x\right|", "⟨x⟩"),
    (r"\left.f\right|_0", "f⟩0"),
    (r"\left(a \middle| b\right)", "(a∣b)"),
    (r"\{x | x > 0\}", "{x∣x>0}"),
    (r"\log|A|", "log⟨A⟩"),
    (r"\log p(x|y)", "logp(x∣y)"),
    (r"q(\cdot|x)", "q(⋅∣x)"),
    (r"p(A\,|\,B)", "p(A∣B)"),
    (r"(a|b, c|d)", "(a∣b,c∣d)"),
    (r"p(y=1|x, |w|)", "p(y=1∣x,⟨w⟩)"),
    (r"|\{i : x_i \ne y_i\}|", "⟨{i:xi≠yi}⟩"),
    (r"\frac{|A|}{|B|}", "⟨A⟩⟨B⟩"),
    (r"\sum_{i=1}^{|V|} x_i", "∑i=1⟨V⟩xi"),
    (r"p(x_t \mid x_s)", "p(xt∣xs)"),
    (r"D(q(z|x) \Vert p(z))", "D(q(z∣x)‖p(z))"),
    (r"[|x|, |y|]", "[⟨x⟩,⟨y⟩]"),
]
FORTY = [
    r"\nabla_\theta L(\theta) = \frac{1}{n} \sum_{i=1}^{n} \nabla_\theta \ell(f_\theta(x_i), y_i)",
    r"\frac{\partial L}{\partial W_{ij}} = \sum_{b} \frac{\partial L}{\partial y_{bj}} x_{bi}",
    r"\mathbb{E}_{x \sim p}[\log p(x|z)] - D_{\mathrm{KL}}(q(z|x) \Vert p(z))",
    r"\operatorname{Var}[X] = \mathbb{E}[X^2] - \mathbb{E}[X]^2",
    r"\operatorname{ReLU}(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\operatorname*{arg\,max}_{k} p(y = k | x)",
    r"\hat{y} = \operatorname{softmax}(W x + b)",
    r"\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}",
    r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t}, \quad \hat{v}_t = \frac{v_t}{1 - \beta_2^t}",
    r"\theta_{t+1} = \theta_t - \eta \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}",
    r"H(p, q) = -\sum_{x} p(x) \log q(x)",
    r"\begin{pmatrix} \cos\varphi & -\sin\varphi \\ \sin\varphi & \cos\varphi \end{pmatrix}",
    r"J = \begin{bmatrix} \frac{\partial y_1}{\partial x_1} & \cdots \\ \vdots & \ddots \end{bmatrix}",
    r"\operatorname{Attention}(Q, K, V) = \operatorname{softmax}\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V",
    r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)",
    r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t",
    r"\left\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \right\rfloor + 1",
    r"y_{i,j} = \sum_{u=0}^{k-1} \sum_{v=0}^{k-1} w_{u,v}\, x_{i+u,\, j+v}",
    r"\mathcal{N}(x | \mu, \sigma^2) = \frac{1}{\sqrt{2\pi\sigma^2}} \exp\left(-\frac{(x - \mu)^2}{2\sigma^2}\right)",
    r"p(x) = \sum_{k=1}^{K} \pi_k\, \mathcal{N}(x | \mu_k, \Sigma_k), \qquad \sum_k \pi_k = 1",
    r"\gamma_{nk} = \frac{\pi_k\, p(x_n | k)}{\sum_{j} \pi_j\, p(x_n | j)}",
    r"\log|\Sigma| + (x - \mu)^\top \Sigma^{-1} (x - \mu)",
    r"J(A, B) = \frac{|A \cap B|}{|A \cup B|}",
    r"P(A|B, |C|)",
    r"\|x - y\|_2^2 = \sum_i (x_i - y_i)^2",
    r"\lVert w \rVert_1 = \sum_i |w_i|",
    r"\left. \frac{\partial f}{\partial x} \right|_{x = x_0}",
    r"\left| \frac{a}{b} \right| = \frac{|a|}{|b|}",
    r"\prod_{t=1}^{T} p(x_t \mid x_{<t})",
    r"\lim_{n \to \infty} \left(1 + \frac{1}{n}\right)^n = e",
    r"\max_{\|\delta\| \le \epsilon} L(x + \delta)",
    r"\int_{-\infty}^{\infty} p(x)\, dx = 1",
    r"\mu_B = \frac{1}{m} \sum_{i=1}^{m} x_i, \qquad \hat{x}_i = \frac{x_i - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}",
    r"\mathrm{PE}_{(p, 2i)} = \sin\left(\frac{p}{10000^{2i/d}}\right)",
    r"\begin{aligned} q_i &= W_q x_i \\ k_i &= W_k x_i \\ v_i &= W_v x_i \end{aligned}",
    r"\bar{x} = \frac{1}{n}\sum_i x_i, \quad \vec{v} \cdot \vec{w} = |\vec{v}||\vec{w}| \cos\vartheta",
    r"X = U \Sigma V^\top, \quad U \in \mathbb{R}^{n \times r}",
    r"\mathcal{L} = -\log \frac{\exp(z_i \cdot z_j / \tau)}{\sum_{k \ne i} \exp(z_i \cdot z_k / \tau)}",
    r"\Pr[h(A) = h(B)] = 1 - (1 - s^r)^b",
    r"\underbrace{x + F(x)}_{\text{residual}}, \quad \overline{x + y}",
    r"\{x \in \mathbb{R}^n : \|x\| \le 1\}",
    r"\mathbf{W}^{(l)} \in \mathbb{R}^{d_{l} \times d_{l-1}}, \quad \binom{n}{k} = \frac{n!}{k!\,(n-k)!}",
    r"f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}, \quad \ddot{x}, \dot{x}",
    r"\mathbb{1}[y_i \ne \hat{y}_i], \quad \pi(a|s) = P(A_t = a | S_t = s)",
]


def parts(tex):
    """A formula's root and its elements with text."""
    root = ET.fromstring(to_mathml([(tex, True)])[0].replace(f' xmlns="{NAMESPACE}"', ""))
    return root, [element for element in root.iter() if (element.text or "").strip()]


@pytest.mark.parametrize(("tex", "seen"), BARS)
def test_a_bar_is_one_half_of_a_pair_or_a_relation(tex, seen):
    def shown(sign):
        if sign.tag == "mo" and sign.text in ("|", "‖") and sign.attrib["form"] != "infix":
            half = SEEN[sign.attrib["form"]]
            return half if sign.text == "|" else {"⟨": "«", "⟩": "»"}[half]
        return SEEN["infix"] if sign.text == "|" else sign.text

    found = "".join(shown(sign) for sign in parts(tex)[1])
    assert found.replace("\u2061", "") == seen


def test_a_relation_has_room_and_never_grows_and_a_pair_of_left_and_right_does():
    [bar] = [sign for sign in parts("p(x|y)")[1] if sign.text == "∣"]
    assert bar.attrib == {"stretchy": "false", "form": "infix", "lspace": "0.278em", "rspace": "0.278em"}
    assert [sign.attrib["stretchy"] for sign in parts(r"\left|x\right|")[1] if sign.text == "|"] == ["true", "true"]


def test_many_bars_in_a_row_are_paired_in_time():
    assert len(parts("+".join(["|x|"] * 20))[1]) == 79


@pytest.mark.parametrize("tex", FORTY)
def test_a_formula_of_the_coming_chapters_is_read_whole(tex):
    root, signs = parts(tex)
    text = "".join(sign.text for sign in signs)
    assert root.attrib["alttext"] == " ".join(tex.split())
    assert not set("\\&$").intersection(text), "TeX is left"
    assert not [element for element in root.iter() if element.tag in ("merror", "semantics", "annotation")]
    letters = re.findall(r"(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])", re.sub(r"\\(begin|end)\{\w+\}|\\,|\\\w+", " ", tex))
    drawn = unicodedata.normalize("NFKC", text)  # script and double-struck letters as plain ones
    assert not [letter for letter in letters if letter not in drawn]
    forms = [sign.attrib.get("form") for sign in signs if sign.text in ("|", "‖")]
    assert forms.count("prefix") == forms.count("postfix") - (r"\left." in tex)


def test_what_each_construct_becomes():
    kinds = {
        r"\operatorname{Var}[X]": "mi:Var",
        r"\hat{y}": "mover:",
        r"\begin{cases} a & b \\ c & d \end{cases}": "mtable:",
        r"\sum_{i=1}^{n} i": "munderover:",
        r"\lim_{n \to \infty} n": "munder:",
        r"\sqrt{x}": "msqrt:",
        r"\binom{n}{k}": "mfrac:",
    }
    for tex, wanted in kinds.items():
        tag, _, text = wanted.partition(":")
        found = [element for element in parts(tex)[0].iter() if element.tag == tag and (element.text or "") == text]
        assert found, f"{tex} has no {wanted}"


def test_a_formula_that_cannot_be_read_is_refused_with_its_text():
    with pytest.raises(FormulaError, match=re.escape(repr(r"\frac{a}{")) + " cannot be read: "):
        to_mathml([("x", False), (r"\frac{a}{", True)])
